"""Drawings of the report: each takes numbers and words and returns inline SVG. Colours are CSS variables, set by the
page for light and dark.
"""
