import uuid

import django.db.models.deletion
from django.db import migrations, models

import cases.models.material
import cases.protection


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0029_receipts'),
    ]

    operations = [
        migrations.AddField(
            model_name='material',
            name='advice',
            field=models.CharField(blank=True, db_default='', default='', max_length=16),
        ),
        migrations.AddField(
            model_name='material',
            name='copied_from',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='copies', to='cases.material'),
        ),
        migrations.AddField(
            model_name='material',
            name='pages',
            field=models.PositiveSmallIntegerField(db_default=1, default=1),
        ),
        migrations.AddField(
            model_name='material',
            name='put_away_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name='PileFile',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('name', cases.protection.SealedField(editable=True, null=True)),
                ('file', models.FileField(max_length=200, upload_to=cases.models.material._place)),
                ('sha256', models.CharField(max_length=64)),
                ('size', models.PositiveIntegerField()),
                ('media_type', models.CharField(max_length=100)),
                ('pages', models.PositiveSmallIntegerField(default=1)),
                ('advice', models.CharField(blank=True, default='', max_length=16)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pile', to='cases.case')),
            ],
            options={
                'ordering': ['created_at', 'id'],
                'constraints': [models.UniqueConstraint(fields=('case', 'sha256'), name='a_file_lies_once_on_a_pile'), models.CheckConstraint(condition=models.Q(('file', ''), _negated=True), name='what_lies_on_a_pile_has_a_file')],
            },
        ),
    ]
