"""What the tests of the demos share: servers as processes, and a PostgreSQL that is thrown away."""
