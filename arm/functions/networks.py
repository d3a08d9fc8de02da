"""Functions on IP address ranges in CIDR notation."""

import ipaddress
from typing import Any

from arm.functions.arguments import integer, invalid, text
from arm.registry import function

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def _network(name: str, value: Any) -> Network:
    source = text(name, value)
    try:
        if "/" not in source or len(source) > 64:
            raise ValueError(source)
        return ipaddress.ip_network(source, strict=False)
    except ValueError as error:
        raise invalid(name, f"the value '{source[:64]}' is not a network in CIDR notation") from error


@function("parseCidr", 1)
def parse_cidr(value: Any) -> dict[str, Any]:
    network = _network("parseCidr", value)
    first, last = _usable(network)
    parsed: dict[str, Any] = {"network": str(network.network_address), "netmask": str(network.netmask)}
    if isinstance(network, ipaddress.IPv4Network):
        parsed["broadcast"] = str(network.broadcast_address)
    return {**parsed, "firstUsable": first, "lastUsable": last, "cidr": network.prefixlen}


def _usable(network: Network) -> tuple[str, str]:
    low, high = network.network_address, network.broadcast_address
    if isinstance(network, ipaddress.IPv4Network) and network.prefixlen < 31:
        low, high = low + 1, high - 1
    return str(low), str(high)


@function("cidrSubnet", 3)
def cidr_subnet(value: Any, prefix: Any, index: Any) -> str:
    network = _network("cidrSubnet", value)
    length, place = integer("cidrSubnet", prefix), integer("cidrSubnet", index)
    if not network.prefixlen <= length <= network.max_prefixlen:
        raise invalid("cidrSubnet", f"the prefix length '{length}' does not fit into '{network}'")
    if not 0 <= place < 2 ** (length - network.prefixlen):
        raise invalid("cidrSubnet", f"the index '{place}' is out of range for '{network}'")
    start = int(network.network_address) + place * 2 ** (network.max_prefixlen - length)
    return f"{type(network.network_address)(start)}/{length}"


@function("cidrHost", 2)
def cidr_host(value: Any, index: Any) -> str:
    network, place = _network("cidrHost", value), integer("cidrHost", index)
    first = int(network.network_address) + (1 if network.prefixlen < network.max_prefixlen - 1 else 0)
    if place < 0 or first + place > int(network.broadcast_address):
        raise invalid("cidrHost", f"the index '{place}' is out of range for '{network}'")
    return str(type(network.network_address)(first + place))
