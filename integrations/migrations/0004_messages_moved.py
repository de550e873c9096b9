"""Messages to people are rows of the engine now: those that were handed over before are taken along."""

from django.db import migrations

PIECE = 500


def take_along(apps, schema_editor):
    handed_over = apps.get_model("integrations", "SentMessage")
    notification = apps.get_model("cases", "Notification")
    piece = []
    for one in handed_over.objects.order_by("at").iterator(chunk_size=PIECE):
        state = "sent" if one.state == "sent" else "given_up"
        values = {"to": one.to, "template": one.template, "values": one.values}
        piece.append(notification(at=one.at, closed_at=one.at, state=state, **values))
        if len(piece) == PIECE:
            notification.objects.bulk_create(piece)
            piece = []
    notification.objects.bulk_create(piece)


class Migration(migrations.Migration):
    dependencies = [
        ("integrations", "0003_keys_and_changes"),
        ("cases", "0028_messages_and_inquiries"),
    ]

    operations = [
        migrations.RunPython(take_along, migrations.RunPython.noop),
        migrations.DeleteModel(name="SentMessage"),
    ]
