"""What a channel is: a way by which a message leaves."""

from typing import Protocol


class DeliveryError(Exception):
    """A message could not be sent. Its text is for operators and holds nothing of the message.

    :ivar permanent: trying again would not help.
    """

    def __init__(self, message: str, *, permanent: bool) -> None:
        super().__init__(message)
        self.permanent = permanent


class Channel(Protocol):
    """One way to send. It knows nothing of issues and people, and asks nobody anything."""

    def send(self, address: str, subject: str, body: str) -> None:
        """Send a message; sent again to the same address, it still arrives once.

        :param address: where to, as this kind of channel writes it.
        :param body: markdown.
        :raises DeliveryError: when it did not leave.
        """
