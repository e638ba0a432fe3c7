"""Turns what tools print when they fail into one paragraph that says what to do."""

import errno
import re
import socket

DISK = re.compile(
    r"no space left on device|disk quota exceeded|enough free space|disk is full|ENOSPC", re.I
)
NETWORK = re.compile(
    r"temporary failure (?:in name resolution|resolving)|could not resolve|name or service not"
    r" known|network is unreachable|no route to host|connection (?:timed out|refused|failed)"
    r"|failed to establish a new connection|could not connect|max retries exceeded|proxyerror"
    r"|unable to connect|read timed out|failed to fetch|some index files failed",
    re.I,
)
CERTIFICATE = re.compile(r"certificate.{0,20}verif|self-signed certificate", re.I)
WHEEL = re.compile(r"no matching distribution found for (\S+)", re.I)
PORT_HINT = "PORT=8070 make run"


def disk_full(folder, what, megabytes=None, free=None):
    """Paragraph for a disk without room; both sizes in megabytes when they are known."""
    sizes = f" ({megabytes} MB needed, {free} MB free)" if megabytes else ""
    return (
        f"The disk that holds {folder} is full: no room for {what}{sizes}. Make room, or set"
        " RI_HOME to a folder on a larger disk, and run the same command again: what is already"
        " done is kept."
    )


def no_network(what):
    """Paragraph for a download that could not be reached."""
    return (
        f"The network can't be reached for {what}. Nothing is broken: run the same command again"
        " when there is a connection (or the proxy is set), what is already done is kept. Once"
        " everything is in place no network is needed."
    )


def untrusted(what):
    """Paragraph for a server whose certificate this machine does not trust."""
    return (
        f"The server's certificate was not accepted for {what}. A proxy that opens connections"
        " needs its certificate on this machine: name the file by PIP_CERT=/path/to/ca.crt (for"
        " pip) and put it among the system's (update-ca-certificates), then run the same command"
        " again."
    )


def port_taken(port):
    """Paragraph for a port that another program listens on."""
    return (
        f"Port {port} is taken by another program. Use another one: {PORT_HINT}. If it is an"
        " earlier `make run` of this folder, `make stop` ends it."
    )


def cannot_listen(error, port, address):
    """Paragraph for an address or a port that can't be listened on, by the system's error."""
    if isinstance(error, socket.gaierror):
        return f"HOST={address} is unknown on this machine. For example: HOST=127.0.0.1 make run"
    if error.errno == errno.EADDRNOTAVAIL:
        return (
            f"HOST={address} is no address of this machine. 127.0.0.1 serves this machine alone,"
            " 0.0.0.0 the whole network."
        )
    if isinstance(error, PermissionError):
        return f"Only root may use port {port}. Use one from 1024 on: {PORT_HINT}"
    if error.errno == errno.EADDRINUSE:
        return port_taken(port)
    return f"Nothing can listen on {address}, port {port}: {error.strerror}. {PORT_HINT}"


def failure(what, code, output, log, *, network=False):
    """Explain a failed command by its output: a known cause, or the last lines of its log."""
    if DISK.search(output):
        return disk_full("the working folder", what)
    if network and CERTIFICATE.search(output):
        return untrusted(what)
    if network and NETWORK.search(output):
        return no_network(what)
    if match := WHEEL.search(output):
        return (
            f"{what} failed: no release of {match[1]} fits this Python or this machine. Use"
            " Python 3.11 or 3.12 on x86-64 or arm64 Linux (RI_PYTHON=/path/to/python3.12), or"
            f" look at {log}."
        )
    tail = "\n".join(output.strip().splitlines()[-12:])
    return f"{what} failed (exit code {code}). The end of {log}:\n{tail}"
