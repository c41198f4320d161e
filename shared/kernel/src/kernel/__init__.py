"""What every Taskledger service needs, and no business rule."""
