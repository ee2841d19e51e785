"""A backorder run for eyes, for programs, and as a folder of confirmations."""
