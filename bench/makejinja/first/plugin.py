"""The plugin of plugin.ts for the real makejinja."""

import makejinja


class Plugin(makejinja.plugin.Plugin):
    def filters(self):
        def twice(text):
            return text + text

        return [twice]

    def data(self):
        return {"extra": 3}
