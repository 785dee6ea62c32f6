name: << name >>
site: << site >>
switch: << switch >> octal: << octal >> << old_octal >>
minutes: << minutes >> float: << float >> exponent: << exponent >> day: << day >>
nothing: << nothing >> second: << second_document >> anchors: << anchors >>
version: << version >> big: << big >> limits: << limits >>
ratio: << ratio >> deep: << deep >> plain: << plain >> made: << made >>
missing: [<< missing.attribute.chain >>] page: [<< page >>]
helm: {{ .Values.untouched }}
plugin: << greeting >> << shout("x") >> << 'ab' | twice >> << 4 is dozenish >> << shared >>
json: << deep | tojson >>
env: << env.PROJECT_MARK >>
