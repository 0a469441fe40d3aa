#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""manual.py KPEEK KPEEK.1 DUMP: does kpeek(1) name each option, command and
column that the program has, and no other?  A line for each that is missing."""
import re
import subprocess
import sys

kpeek, page, dump = sys.argv[1:]
ARGUMENTS = {'argv': '1', 'env': '1', 'maps': '1', 'files': '1', 'bt': '1',
             'frame': '1 0', 'sym': '^schedule$', 'hex': 'linux_banner',
             'tele': 'init_task', 'print': 'init_task.pid',
             'type': 'struct list_head', 'types': '^list_head$',
             'layout': 'struct list_head', 'users': 'struct list_head',
             'dis': 'schedule 2', 'vtop': 'schedule', 'whatis': 'schedule',
             'find': '"Linux version"', 'write': 'panic_timeout 1:4',
             'objects': 'task_struct'}
FREEBSD = {'vnodes'}		# no such table of Linux
MARK = 'load1,load5,load15,running,threads'
wrong = []


def check(ok, what):
    if not ok:
        wrong.append(what)


# What the page has: options, and below each command what is said of it.
text = open(page).read()
options = set(re.findall(r'\bFl (-?[-a-zA-Z0-9]+)', ' '.join(
    re.findall(r'^\.It (Fl .*)', text, re.M))))
said = {}
for part in re.split(r'^\.It Ic ', text, flags=re.M)[1:]:
    name, _, rest = part.partition('\n')
    rest = re.split(r'^\.(?:El|Ss|Sh)', rest, flags=re.M)[0]
    rest = re.sub(r'^\.(?:Fl|Ic|Ar|Li|Cm) ', '', rest, flags=re.M)
    said[name.split()[0]] = ' '.join(rest.split())

# What the program has.
help_ = subprocess.run([kpeek, '--help'], capture_output=True, text=True,
                       check=True).stdout
parts = dict(re.findall(r'^(options|commands|tables)[^\n]*:\n(.*?)\n\n',
                        help_, re.M | re.S))
names = {part: re.findall(r'^ {2}(\S+)', parts[part], re.M) for part in parts}
check(len(parts) == 3, '--help has not three parts')
have = {o[1:] for o in names['options']}
check(have == options, 'options: ' + ' '.join(sorted(have ^ options)))
commands = names['commands'] + names['tables']
check(set(commands) == set(said), 'commands: ' +
      ' '.join(sorted(set(commands) ^ set(said))))

# A mark before each, so that the columns are the line behind it.
run = [kpeek, '-q', '-w', '-f', 'csv']
for c in commands:
    run += ['-c', 'load', '-c', (c + ' ' + ARGUMENTS.get(c, '')).strip()]
out = subprocess.run(run + [dump], capture_output=True).stdout.decode(
    'utf-8', 'replace').split('\n')
heads = [out[i + 2] for i, line in enumerate(out)
         if line == MARK and i + 2 < len(out)]
if 'load' in commands:
    del heads[commands.index('load') + 1]	# its own are a mark, too
check(len(heads) == len(commands), f'{len(heads)} of {len(commands)} '
      'commands print columns')
for c, head in zip(commands, heads):
    if head == MARK and c != 'load':
        check(c in FREEBSD, f'{c}: no columns')
        continue
    columns = head.split(',')
    words = re.findall(r'\w+', said.get(c, ''))
    for column in columns:
        check(column in words, f'{c}: column {column} is not in kpeek(1)')
    if c in names['tables'] and c in said:
        listed = said[c].rsplit(': ', 1)[-1].rstrip('.').split(', ')
        check(listed == columns, f'{c}: kpeek(1) has {", ".join(listed)}; '
              f'the columns are {head}')

for line in wrong:
    print(line)
sys.exit(1 if wrong else 0)
