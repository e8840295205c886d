# SPDX-License-Identifier: LGPL-2.1-or-later
"""sos plugin: what vmcoredd knows of the machine, and the device dumps themselves,
which are small and hold registers, not memory of programs."""

from sos.report.plugins import (DebianPlugin, IndependentPlugin, Plugin, RedHatPlugin, SuSEPlugin,
                                UbuntuPlugin)


# IndependentPlugin alone is what newer ones take; 4.0, of Debian 12, looks for its own.
class Vmcoredd(Plugin, RedHatPlugin, SuSEPlugin, DebianPlugin, UbuntuPlugin, IndependentPlugin):
    """Device state in crash dumps"""

    short_desc = "Device state in crash dumps"
    plugin_name = "vmcoredd"
    profiles = ("system", "debug")
    packages = ("vmcoredd", "vmcoredd-collect")

    def setup(self):
        self.add_copy_spec([
            "/etc/vmcoredd",
            "/var/lib/vmcoredd",
        ])
        self.add_copy_spec([
            "/var/crash/*.vmcoredd",
            "/var/crash/*/*.vmcoredd",
        ], sizelimit=100)
        self.add_cmd_output([
            "vmcoredd doctor",
            "vmcoredd-collect plan",
            "vmcoredd-collect plugins",
        ], timeout=60)
        self.add_journal(units="vmcoredd-record.service")
        self.add_journal(units="vmcoredd-finalise.service")
