"""What a planned run shows: tables and folder, and the terminal."""
