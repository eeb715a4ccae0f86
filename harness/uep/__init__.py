"""The User Entry Process around the tests: working days, deadlines, steps, credit cover, User IDs, disputes.

Values in, values out: today's date and what the Party has recorded are handed in. Knows the rows of
``schemas.process``; must not know runs, bundles or how a page looks (the timeline is a picture of dates only).
"""
