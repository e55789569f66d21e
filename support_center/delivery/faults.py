"""What can go wrong with a delivery before the receiver has answered."""

from __future__ import annotations


class DeliveryFault(Exception):
    """Nothing was delivered; ``code`` and ``params`` say why.

    It is no ``OSError``, so that it passes through requests and urllib3 as it is.
    """

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code)
        self.code = code
        self.params = params
