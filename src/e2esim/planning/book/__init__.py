"""The whole order book against the supply: batch allocation, backorder runs by segment, nested quotas, pull-in."""
