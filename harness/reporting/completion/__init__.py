"""The Test Completion Report of a campaign: one model, then HTML, PDF, JSON, XLSX and CSV written from it.

``build`` makes the model from a campaign as it stands; nothing else counts or decides. Every number is counted from
journals, everything hand-written is marked as such.
"""
