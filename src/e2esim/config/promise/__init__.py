"""The door of promises: one request from the command line, or a file of orders, checked against what the plan knows.

`known` is what may be named, `request` checks one request without reading a table, `orders_file` reads and checks a book.
Everything wrong is told at once, with option or file, row, column and remedy.
"""
