"""Routes: the page of each path, and the function that the person needs. One more page is one more row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from stubs.ssi.pages import Answer, Asked, Site, anomaly, home, hubs, incidents, inventory, messages, people, reports
from stubs.ssi.pages import service_status as status


@dataclass(frozen=True, slots=True)
class Route:
    """A page or a form: method, path (aiohttp's pattern), function of ``schemas/ssi/functions.csv``, what answers."""

    method: str
    path: str
    function: str
    answer: Callable[[Site, Asked], Answer]


ROUTES: tuple[Route, ...] = (
    Route("GET", "/", "home", home.home),
    Route("GET", "/service", "service-status", status.dashboard),
    Route("GET", "/service/alerts", "service-status", status.alerts),
    Route("GET", "/service/alerts/{alert}", "service-status", status.alert),
    Route("GET", "/service/maintenance", "maintenance", status.maintenance),
    Route("GET", "/help", "help", status.help_page),
    Route("GET", "/inventory", "inventory", inventory.search),
    Route("GET", "/inventory/{device}", "inventory", inventory.device),
    Route("GET", "/hubs", "hub-diagnostics", hubs.hub_search),
    Route("GET", "/hubs/{device}", "hub-diagnostics", hubs.hub),
    Route("GET", "/coverage", "coverage", hubs.coverage),
    Route("GET", "/audit", "audit", messages.audit),
    Route("GET", "/audit/{name}", "audit", messages.message),
    Route("GET", "/audit/{name}/{part:request|answer|message}.xml", "audit", messages.body),
    Route("GET", "/profile-reads", "profile-reads", messages.profile_reads),
    Route("GET", "/incidents", "incidents", incidents.listing),
    Route("GET", "/incidents/new", "incident-acts", incidents.new),
    Route("POST", "/incidents/new", "incident-acts", incidents.create),
    Route("GET", "/incidents/{reference}", "incidents", incidents.view),
    Route("POST", "/incidents/{reference}", "incident-acts", incidents.update),
    Route("GET", "/smsr", "smsr", anomaly.smsr_listing),
    Route("GET", "/smsr/new", "smsr-acts", anomaly.smsr_new),
    Route("POST", "/smsr/new", "smsr-acts", anomaly.smsr_create),
    Route("GET", "/smsr/{reference}", "smsr", anomaly.smsr_view),
    Route("GET", "/thresholds", "thresholds", anomaly.thresholds),
    Route("GET", "/thresholds/template.csv", "thresholds", anomaly.threshold_template),
    Route("POST", "/thresholds/files", "threshold-acts", anomaly.submit_thresholds),
    Route("GET", "/quarantine", "quarantine", anomaly.quarantine),
    Route("GET", "/quarantine/report.csv", "quarantine", anomaly.quarantine_report),
    Route("POST", "/quarantine/files", "quarantine-acts", anomaly.submit_actions),
    Route("GET", "/hub-orders", "hub-orders", hubs.orders),
    Route("POST", "/hub-orders/forecasts", "hub-order-acts", hubs.create_forecast),
    Route("GET", "/hub-orders/new", "hub-order-acts", hubs.new_order),
    Route("POST", "/hub-orders/new", "hub-order-acts", hubs.create_order),
    Route("GET", "/hub-orders/{reference}", "hub-orders", hubs.order),
    Route("GET", "/reports", "reports", reports.listing),
    Route("GET", "/reports/runs/{run}.csv", "reports", reports.download),
    Route("GET", "/reports/runs/{run}", "reports", reports.result),
    Route("GET", "/reports/{report}", "reports", reports.form_page),
    Route("POST", "/reports/{report}", "reports", reports.run),
    Route("GET", "/people", "people", people.listing),
    Route("POST", "/people", "people", people.create),
    Route("GET", "/people/{name}", "people", people.view),
    Route("POST", "/people/{name}", "people", people.change),
)
