"""How a plan looks: its tables, the workbook, the pictures, the folder and what the terminal says.

`write_plan(view, folder)` leaves a plan folder, complete or not at all; `print_plan` and `plan_json` tell the result.
Adding a table: a function of `PlanView` that returns a frame (`made`, `bought`, `weeks`, `served`), a line in
`folder.FRAMES` and in `workbook.SHEETS`.
"""
