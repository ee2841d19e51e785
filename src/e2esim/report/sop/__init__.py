"""An S&OP cycle for eyes: tables, terminal, workbook, picture."""
