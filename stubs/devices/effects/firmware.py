"""Firmware: the image received is activated (11.3)."""

from __future__ import annotations

from stubs.devices.effects.call import Call, Done, Notice

_NO_IMAGE, _WRONG_HASH = 1, 2


def activate_firmware(call: Call) -> Done:
    """11.3: the device runs the image whose hash the command names, if it holds and has verified it."""
    image, running = call.state.image, call.state.firmware_version
    status = 0
    if image is None or not image.is_verified:
        status = _NO_IMAGE
    elif image.hash.upper() != str(call.values["FirmwareHash"]).upper():
        status = _WRONG_HASH
    if status or image is None:
        return Done({"ActivateImageResponseCode": status, "FirmwareVersion": running}, result="refused")
    return Done(
        {"ActivateImageResponseCode": 0, "FirmwareVersion": image.version},
        {"firmware_version": image.version, "image": None},
        (Notice("8F43", f"firmware {image.version} runs instead of {running}"),),
    )
