"""The faces of the product: pages for citizens and clerks, the API, sign-in."""

from portal.celery import app as celery_app

__all__ = ["celery_app"]
