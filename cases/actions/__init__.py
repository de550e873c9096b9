"""What can be done to a case, one verb family a module, in packages by what the acts are about.

`from cases.actions.applying import filing; filing.submit_case(…)`. An action locks, changes state through the model's
transitions, records the event and promises deliveries, all in one transaction. Pages, counter, API and adapters call
the same actions.
"""
