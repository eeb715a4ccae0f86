"""The Self-Service Interface: pages for people of a User, read from what the simulated DCC did.

Sign-in, inventory, service audit trail; what one User may not see does not exist for it. Reads the inventory and the
journal through the protocols of ``sources``; must not know the gateway, devices or the control interface.
``stubs.ssi.service`` alone serves.
"""

from stubs.ssi.service import make_ssi_app
from stubs.ssi.sessions import persons as ssi_persons
from stubs.ssi.settings import Person, SsiSettings
from stubs.ssi.sources import Sources, SsiUser, Viewer

__all__ = ["Person", "Sources", "SsiSettings", "SsiUser", "Viewer", "make_ssi_app", "ssi_persons"]
