"""Which ZigBee attribute of 4.3 on gas holds which value: the read's mapping agrees with the names of attributes."""

from schemas.load import resource
from stubs.wire.gbcs.use_cases.registers import GCS14


def attribute_names() -> dict[int, str]:
    rows = resource("catalogue", "gbcs-names.csv").read_text(encoding="utf-8").splitlines()
    cells = [row.split(",") for row in rows if row.startswith("zcl-attribute,0705 ")]
    return {int(cell[1].removeprefix("0705 "), 16): cell[2] for cell in cells}


def test_prepayment_values_come_from_the_attributes_of_that_name() -> None:
    names = attribute_names()
    (prepayment,) = [found for found in GCS14.sets if found.cluster == 0x0705]
    read = {attribute.name: names[attribute.number] for attribute in prepayment.attributes}
    assert read["EmergencyCreditBalance"] == "Emergency Credit Remaining"
    assert read["AccumulatedDebtRegister"] == "Accumulated Debt"
    assert read["MeterBalance"] == "Credit Remaining"
    assert read["TimeDebtRegister1"] == "Debt 1 Amount"
