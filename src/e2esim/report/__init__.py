"""For eyes: the run folder, the terminal table, the JSON object and the offline report page of one finished study.

Owns how results look, in two languages; computes no KPI (that is `e2esim.kpi`) and runs nothing. Public functions:
`e2esim.report.output.write_run`, `e2esim.report.terminal.print_result`, `e2esim.report.terminal.to_json`,
`e2esim.report.progress.progress_bar`, `e2esim.report.page.build_page`.

Adding a picture: a function of an `Outcome` that aggregates (beside `weekly.py`), a drawing in ``pictures/``, a block
in ``templates/report.html.j2`` and its words in ``texts/page.yaml`` in both languages. Adding a KPI: its label and
definition in Italian in ``texts/kpis.yaml`` (a test lists those missing).
"""
