"""E-mail to the people of departments, through whatever mail system Django is set up with."""

from __future__ import annotations

from hashlib import sha256
from smtplib import SMTPException, SMTPRecipientsRefused
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage

from cases.ports import GatewayError, Mail

REFUSED_FOR_GOOD = 500


class DjangoMailer:
    """Sends one mail at a time, plain text, with a Message-ID that stays the same when it is sent again."""

    def send(self, mail: Mail) -> None:
        """Send it. Raises GatewayError: permanent where the mail system refuses this very address."""
        message = EmailMessage(mail.subject, mail.body, to=[mail.to], headers={"Message-ID": message_id(mail.key)})
        try:
            message.send()
        except SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            raise GatewayError("邮箱地址被拒收", permanent=all(code >= REFUSED_FOR_GOOD for code in codes)) from error
        except (SMTPException, OSError) as error:
            raise GatewayError(f"邮件系统不通：{type(error).__name__}", permanent=False) from error


def message_id(key: str) -> str:
    """One key, one id: a mail that went twice because its answer was lost is one mail to whoever reads it."""
    host = urlsplit(settings.PORTAL_URL).hostname or "localhost"
    return f"<{sha256(key.encode()).hexdigest()[:32]}@{host}>"
