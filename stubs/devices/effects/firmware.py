"""Firmware: the image received is activated (11.3)."""

from __future__ import annotations

from stubs.devices.effects.context import EffectContext, EffectResult, PendingAlert

_NO_IMAGE, _WRONG_HASH = 1, 2


def activate_firmware(context: EffectContext) -> EffectResult:
    """11.3: the device runs the image whose hash the command names, if it holds and has verified it."""
    image, running = context.state.image, context.state.firmware_version
    status = 0
    if image is None or not image.is_verified:
        status = _NO_IMAGE
    elif image.hash.upper() != str(context.values["FirmwareHash"]).upper():
        status = _WRONG_HASH
    if status or image is None:
        return EffectResult({"ActivateImageResponseCode": status, "FirmwareVersion": running}, result="refused")
    return EffectResult(
        {"ActivateImageResponseCode": 0, "FirmwareVersion": image.version},
        {"firmware_version": image.version, "image": None},
        (PendingAlert("8F43", f"firmware {image.version} runs instead of {running}"),),
    )
