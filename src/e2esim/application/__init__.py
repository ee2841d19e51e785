"""What can be asked of a company, without a terminal: ``e2esim.open("folder").plan()`` and its sisters; the command only parses and prints."""
