"""Addresses of the browser tests: one page with every behaviour, and the answers its scripts ask for."""

from __future__ import annotations

import itertools
import time

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import engines
from django.urls import include, path

from portal.accounts.access import public

PAGE = """{% extends "base.html" %}{% load ui %}{% block title %}行为{% endblock %}{% block content %}<h1>行为</h1>
<div data-tabs class="tabs" aria-label="为谁办"><a href="#person">个人</a><a href="#org">企业</a></div>
<div id="person">个人的事</div><div id="org">企业的事</div>
<div id="live" data-live="/live/" data-live-every="0.3">还没有消息</div>
<form method="post" action="/send/" data-autosave="/save/">{% csrf_token %}
<div class="field" data-field="name"><div class="field__top"><label class="label" for="name">姓名</label></div>
<input class="input" id="name" name="name"></div>
<div data-group data-group-added="加了一个宝宝" data-group-removed="移除了一个宝宝">
<section data-row><input name="child.0.name" aria-label="宝宝"><button data-remove>移除</button></section>
<template><section data-row><input name="child.__row__.name" aria-label="宝宝">
<button data-remove>移除</button></section></template>
<button data-add>再加一个宝宝</button></div>
<button id="send" class="btn" data-busy="正在提交…">提交</button></form>
{% include "components/saved.html" %}
{% include "components/drop.html" with action="/upload/" csrf_token=csrf_token only %}
<table class="led" data-rows><caption>待办</caption><tbody><tr><td><a href="#one">一</a></td></tr>
<tr><td><a href="#two">二</a></td></tr></tbody></table><input id="q" data-key="/" aria-label="搜索">{% endblock %}"""

received: dict[str, list[str]] = {"sent": [], "files": []}
news = itertools.count(1)


@public
def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(engines["django"].from_string(PAGE).render({}, request))


@public
def live(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f'<p data-say="户口登记办好了">第 {next(news)} 条</p>')


@public
def save(request: HttpRequest) -> JsonResponse:
    errors = {"name": "姓名至少两个字"} if len(request.POST["name"]) < 2 else {}
    return JsonResponse({"saved": "已自动保存 14:32", "errors": errors})


@public
def send(request: HttpRequest) -> HttpResponse:
    received["sent"].append(request.POST["name"])
    time.sleep(0.5)
    return HttpResponse("收到")


@public
def upload(request: HttpRequest) -> HttpResponse:
    received["files"] += [file.name or "" for file in request.FILES.getlist("files")]
    return HttpResponse("")


urlpatterns = [
    path("", include("portal.ui.urls")),
    path("behaviours/", page),
    path("live/", live),
    path("save/", save),
    path("send/", send),
    path("upload/", upload),
]
