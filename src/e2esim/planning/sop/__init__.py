"""Sales and operations planning: demand, supply and money by month and family in one plan, and what it lacks."""
