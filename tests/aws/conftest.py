"""What the CDK app says of the services' own metrics is read here too: it needs nothing of the CDK."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2] / "deploy" / "aws"))
