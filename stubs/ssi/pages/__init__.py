"""The pages, one module for each group: what was asked in, a page value out."""

from stubs.ssi.pages.page import Answer, Asked, Download, Page, Redirect, Site, Upload, not_found, problem

__all__ = ["Answer", "Asked", "Download", "Page", "Redirect", "Site", "Upload", "not_found", "problem"]
