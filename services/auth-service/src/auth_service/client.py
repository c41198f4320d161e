"""Where a request comes from."""

from dataclasses import dataclass
from ipaddress import ip_address, ip_network


@dataclass(frozen=True, slots=True)
class Client:
    """The network address, what the program calls itself, and the secret of a browser that was here before."""

    address: str
    agent: str
    device: str = ""

    @property
    def place(self) -> str:
        """The network that the address is of: enough to recognise one's own, too little to find a person."""
        try:
            bits = 24 if ip_address(self.address).version == 4 else 48
            return str(ip_network(f"{self.address}/{bits}", strict=False))
        except ValueError:
            return ""
