"""A run stopped in the middle: its state as plain text and arrays, without pickle, and the way back.

Every stage keeps its state in arrays and plain values, and what is still to come is a list of moments (`e2esim.chain.phases.At`): a method
and its numbers. So a run can be written down between two moments and taken up again in another process as if nothing had been.
"""
