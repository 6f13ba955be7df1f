"""Harvest: the wiki's profile pages -> the index. See ``harvest_pages``."""

from bot.harvest.harvest import HarvestResult, harvest_pages

__all__ = ["HarvestResult", "harvest_pages"]
