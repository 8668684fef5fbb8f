"""The activity ``callAgent``: one call of one agent. docs/contracts describes it."""
