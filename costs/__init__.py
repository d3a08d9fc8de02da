"""What environments cost: records, group lifetimes, budgets and reservations."""
