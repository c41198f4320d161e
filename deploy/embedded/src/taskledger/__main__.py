"""`python -m taskledger`, for where no script is installed: in an image."""

from taskledger.cli import main

main()
