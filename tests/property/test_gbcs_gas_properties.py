"""Gas and ASN.1 use cases: what is built is read back; contents gone wrong are read or refused, never worse."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from stubs.wire.errors import PeerError
from stubs.wire.eui64 import Eui64
from stubs.wire.gbcs import use_cases
from stubs.wire.gbcs.use_cases.gas import ASN1_CODECS, GAS_CODECS
from tests.gas_samples import CERTIFICATE, COMMANDS, NOW, RESPONSES

ORIGINATOR = Eui64.parse("A0-B1-C2-D3-E4-01-00-00")
DEVICE = Eui64.parse("DE-51-CE-00-00-00-00-E1")
ALL = sorted({*GAS_CODECS, *ASN1_CODECS})

U32 = st.integers(0, 0xFFFFFFFF)
I32 = st.integers(-(1 << 31), (1 << 31) - 1)
SMALL = st.integers(1, 200)
EUIS = st.binary(min_size=8, max_size=8).map(lambda octets: str(Eui64(octets)))
MOMENTS = st.datetimes(datetime(2001, 1, 1), datetime(2100, 1, 1)).map(  # noqa: DTZ001 - made aware below
    lambda when: when.replace(microsecond=0, tzinfo=UTC)
)
EXECUTIONS = st.fixed_dictionaries({}, optional={"ExecutionDateTime": MOMENTS | st.just(use_cases.CANCELLED)})
DATES = st.fixed_dictionaries(
    {
        "Year": st.none() | st.integers(2000, 2150),
        "Month": st.none() | st.integers(1, 12),
        "DayOfMonth": st.none() | st.integers(1, 31),
        "DayOfWeek": st.none() | st.integers(1, 7),
    }
)


def rows(strategy: st.SearchStrategy[dict[str, Any]], least: int = 0, most: int = 5) -> st.SearchStrategy[Any]:
    return st.lists(strategy, min_size=least, max_size=most).map(tuple)


WEEKS = st.fixed_dictionaries(
    {"WeekName": SMALL, "ReferencedDayNames": st.lists(SMALL, min_size=7, max_size=7).map(tuple)}
)
CALENDARS: dict[str, st.SearchStrategy[Any]] = {
    "WeekProfiles": rows(WEEKS),
    "Seasons": rows(st.fixed_dictionaries({"SeasonStartDate": DATES, "ReferencedWeekName": SMALL})),
    "SpecialDays": rows(st.fixed_dictionaries({"Date": DATES, "ReferencedDayName": SMALL})),
}
TARIFF_DAYS = st.fixed_dictionaries({"DayName": SMALL, "TOUTariffAction": SMALL}) | st.fixed_dictionaries(
    {"DayName": SMALL, "BlockTariff": st.just(value=True)}
)
ACTIONS = st.fixed_dictionaries(
    {
        "StartTime": st.times().map(lambda time: f"{time.hour:02}:{time.minute:02}"),
        "NonDisablementAction": st.sampled_from(["START", "STOP"]),
    }
)
NON_DISABLEMENT_DAYS = st.fixed_dictionaries({"DayName": SMALL, "TimeStartActions": rows(ACTIONS)})
PRICES: dict[str, st.SearchStrategy[Any]] = {
    "CurrencyUnits": st.sampled_from(["GBP", "ECB"]),
    "StandingCharge": U32,
}
PRICE_LISTS = st.lists(U32, min_size=1, max_size=48).map(tuple)
TARIFFS = st.builds(
    lambda tariff, execution: tariff | execution,
    st.fixed_dictionaries(PRICES | CALENDARS | {"DayProfiles": rows(TARIFF_DAYS), "TOUPrices": PRICE_LISTS})
    | st.fixed_dictionaries(
        PRICES
        | CALENDARS
        | {
            "DayProfiles": rows(TARIFF_DAYS),
            "BlockPrices": PRICE_LISTS,
            "BlockThresholds": st.lists(st.integers(0, (1 << 48) - 1), min_size=1, max_size=15).map(tuple),
        }
    ),
    EXECUTIONS,
)
PREPAYMENT_NUMBERS = ("EmergencyCreditLimit", "EmergencyCreditThreshold", "LowCreditThreshold", "MaxMeterBalance")
PREPAYMENTS = st.builds(
    lambda settings, execution: settings | execution,
    st.fixed_dictionaries(
        CALENDARS
        | dict.fromkeys((*PREPAYMENT_NUMBERS, "MaxCreditThreshold"), U32)
        | {"DebtRecoveryRateCap": I32, "DayProfiles": rows(NON_DISABLEMENT_DAYS)}
    ),
    EXECUTIONS,
)
PERIODS = st.sampled_from(["HOURLY", "DAILY"])
DEBTS = st.fixed_dictionaries(
    {
        "TimeDebtRegister1": I32,
        "TimeDebtRegister2": I32,
        "PaymentDebtRegister": I32,
        "DebtRecoveryRate1": I32,
        "DebtRecoveryRate2": I32,
        "DebtRecoveryRatePeriod1": PERIODS,
        "DebtRecoveryRatePeriod2": PERIODS,
        "DebtRecoveryPerPayment": st.integers(0, 0xFFFF),
    }
)
ROLES = st.sampled_from(["Root", "Recovery", "Supplier", "NetworkOperator", "ACB", "TransCoS", "LoadController"])
USAGES = st.sampled_from(["DigitalSignature", "KeyAgreement", "PrepaymentTopUp", "CertificateSigning"])
COUNTERS = st.integers(0, (1 << 64) - 1)
FLOORS = st.fixed_dictionaries(
    {"RemotePartyRole": ROLES, "RemotePartyFloorSeqNumber": COUNTERS},
    optional={"RemotePartyPrepaymentTopUpFloorSeqNumber": COUNTERS},
)
REPLACEMENTS = st.builds(
    lambda control, execution: control | execution,
    st.fixed_dictionaries(
        {
            "ApplyTimeBasedCPVChecks": st.booleans(),
            "ReplacementCertificates": rows(
                st.fixed_dictionaries(
                    {"Certificate": st.just(CERTIFICATE), "RemotePartyRole": ROLES, "CertificateUsage": USAGES}
                )
            ),
            "CertificationPathCertificates": st.lists(st.just(CERTIFICATE), max_size=2).map(tuple),
        },
        optional={
            "RemotePartyFloorSeqNumber": COUNTERS,
            "RemotePartyPrepaymentTopUpFloorSeqNumber": COUNTERS,
            "OtherFloors": rows(FLOORS, least=1),
            "PlaintextSymmetricKey": st.binary(min_size=1, max_size=32).map(lambda key: key.hex().upper()),
            # As bytes tell it: never the cell that the mode names anyway.
            "AuthorisingRemotePartyCell": st.fixed_dictionaries(
                {"RemotePartyRole": st.just("Root"), "CertificateUsage": USAGES}
            ),
        },
    ),
    EXECUTIONS,
)


def assert_read_back(name: str, values: dict[str, Any], counter: int = 1) -> None:
    context = use_cases.CommandContext(counter, ORIGINATOR, DEVICE, NOW)
    content = use_cases.build_command(name, values, context)
    assert use_cases.read_command(use_cases.use_case(name).message_code, content) == values


@given(TARIFFS)
def test_every_gas_tariff_is_read_as_it_was_built(values: dict[str, Any]) -> None:
    assert_read_back("GCS01a", values)


@given(PREPAYMENTS)
def test_every_prepayment_configuration_is_read_as_it_was_built(values: dict[str, Any]) -> None:
    assert_read_back("GCS05", values)


@given(DEBTS)
def test_every_debt_is_read_as_it_was_built(values: dict[str, Any]) -> None:
    assert_read_back("GCS04", values)


@given(REPLACEMENTS, COUNTERS, st.sampled_from(["CS02bSupplierBySupplier", "CS02bACBByACB", "CS02bAnyByContingency"]))
def test_every_replacement_of_credentials_is_read_as_it_was_built(
    values: dict[str, Any], counter: int, name: str
) -> None:
    assert_read_back(name, values, counter)


@given(MOMENTS, MOMENTS, st.sampled_from(["GCS15b", "GCS15c", "GCS15d", "GCS15e", "GCS16a", "GCS16b"]))
def test_every_period_is_read_as_it_was_built(start: datetime, end: datetime, name: str) -> None:
    assert_read_back(name, {"StartDateTime": start, "EndDateTime": end})


@given(st.decimals(0, 42949, places=5), st.decimals(0, 429496, places=1))
def test_every_conversion_is_read_as_it_was_built(factor: Any, calorific: Any) -> None:
    assert_read_back("GCS23", {"ConversionFactor": float(factor), "CalorificValue": float(calorific)})


@given(EUIS, st.sampled_from(["GSME", "ESME", "CHF", "GPF", "HCALCS", "PPMID", "Type2"]))
def test_every_device_of_a_log_is_read_as_it_was_built(eui: str, kind: str) -> None:
    assert_read_back("GCS59", {"LogEntries": ({"DeviceID": eui, "DeviceType": kind},)})


@given(st.sampled_from(ALL), st.data())
def test_contents_with_one_wrong_octet_are_read_or_refused(name: str, data: st.DataObject) -> None:
    code = use_cases.use_case(name).message_code
    context = use_cases.CommandContext(1, ORIGINATOR, DEVICE, NOW)
    command = use_cases.build_command(name, COMMANDS.get(name, {}), context)
    response = use_cases.build_response(name, command, RESPONSES.get(name, {}), lambda plain: plain)
    for content, is_command in ((command, True), (response, False)):
        place = data.draw(st.integers(0, len(content) - 1))
        wrong = content[:place] + bytes((data.draw(st.integers(0, 255)),)) + content[place + 1 :]
        cut = wrong[: data.draw(st.integers(0, len(wrong)))]
        for one in (wrong, cut):
            with contextlib.suppress(PeerError):
                if is_command:
                    use_cases.read_command(code, one)
                else:
                    use_cases.read_response(code, one, lambda blob: blob)
            with contextlib.suppress(PeerError):
                use_cases.read_alert(code, one, lambda blob: blob)
