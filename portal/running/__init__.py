"""Running the whole portal on one machine: `python -m portal.running` starts, watches and stops every process."""
