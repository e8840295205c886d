# SPDX-License-Identifier: LGPL-2.1-or-later
"""An implementation of the vmcore formats of its own, for tests.

It shares no code and no constants with vmcoredd/: what both get wrong in the
same way would go unseen.
"""
