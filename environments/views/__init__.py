"""What people see of requests, environments and operations: functions that load, fill a form, call one command."""
