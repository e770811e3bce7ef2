"""The report's page as a Jinja template; every value is escaped where it is put in."""

from __future__ import annotations

TEMPLATE = """\
{%- macro figure_cell(part, name) -%}
{%- set interval = part.intervals.get(name) -%}
<td class="number">{{ part.figures[name] | number }}
{%- if interval and interval.low is not none %}<br>
<span class="interval">{{ interval | interval }}</span>
{%- endif %}</td>
{%- endmacro -%}
{%- macro group_table(title, first, rows) -%}
<div class="keep"><h4>{{ title }}</h4>
<div class="wide"><table class="groups">
<thead><tr><th scope="col">{{ first }}</th><th scope="col" class="number">Patients</th>
<th scope="col" class="number">Slices</th><th scope="col" class="number">Mean IoU</th>
<th scope="col" class="number">Median</th><th scope="col" class="number">IoU ≥ 0.1</th>
<th scope="col" class="number">≥ 0.3</th><th scope="col" class="number">≥ 0.5</th>
<th scope="col" class="number">AP50</th><th scope="col" class="number">Lesions found</th>
<th scope="col" class="number">False a scan</th></tr></thead>
<tbody>
{%- for name, part in rows.items() %}
<tr><th scope="row">{{ name }}</th><td class="number">{{ part.patients }}</td>
<td class="number">{{ part.slices }}</td>
{%- for figure in ["mean_iou", "median_iou", "hit_at_0.1", "hit_at_0.3", "hit_at_0.5"] %}
{{ figure_cell(part, figure) }}
{%- endfor %}
<td class="number">{{ part.figures["ap50"] | number }}</td>
<td class="number">{{ part.figures["lesion_sensitivity"] | number }}</td>
<td class="number">{{ part.figures["false_lesions_per_scan"] | number }}</td></tr>
{%- endfor %}
</tbody></table></div></div>
{%- endmacro -%}
{%- macro difference_table(caption, rows) -%}
<div class="wide keep"><table><caption>{{ caption }}</caption>
<thead><tr><th scope="col">Figure, averaged by patient</th><th scope="col" class="number">First</th>
<th scope="col" class="number">Second</th><th scope="col" class="number">Second − first</th>
<th scope="col" class="number">95 % interval</th><th scope="col" class="number">p</th></tr></thead>
<tbody>
{%- for row in rows %}
<tr><th scope="row">{{ row.figure | words }}</th><td class="number">{{ row.first | number }}</td>
<td class="number">{{ row.second | number }}</td>
<td class="number">{{ row.difference | signed }}</td>
<td class="number">{{ row.interval | interval }}</td>
<td class="number">{{ row.p_value | number if row.p_value is not none else "too few patients"
}}</td></tr>
{%- endfor %}
</tbody></table></div>
{%- endmacro -%}
{%- macro picture(one, vector) -%}
<figure><img src="{{ one | uri(vector) }}" alt="{{ one.alt }}">
<figcaption>{% if vector %}<b>{{ one.title }}</b>{{ one.alt }}{% else %}{{ one.title }}{% endif %}
</figcaption></figure>
{%- endmacro -%}
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="ctbox {{ doc.software.version }}">
<title>ctbox report: {{ doc.models | map(attribute="label") | join(", ") }}</title>
<style>{{ style }}</style>
</head>
<body>
<div class="running">{{ doc.notice }}</div>
<main>
<h1>Batch IoU report</h1>
<p class="muted">{{ doc.images.patients }} patients, {{ doc.images.series }} series,
{{ doc.images.slices }} slices, judged by {{ doc.models | map(attribute="label") | join(", ")
}}.</p>
<p class="notice">{{ doc.notice }} Patients and images are named by their identifiers only.</p>
{%- if doc.partial %}
<p class="warning" role="note"><strong>PARTIAL.</strong> The run was stopped before all series were
judged. Run it again with --resume to complete it.</p>
{%- endif %}
{%- for model in doc.models %}
{%- if model.seen_patients %}
<p class="warning" role="note"><strong>LEAKY.</strong> {{ model.label }} was trained or tuned on
{% if "unseen" not in model.populations %}every patient judged here
{%- else %}{{ model.seen_patients | length }} of the patients judged here{% endif %}
({{ model.seen_patients | join(", ") }}). Their figures say how well it remembers, not how good it
is on a new patient; they are reported apart and must not be quoted as its accuracy.</p>
{%- endif %}
{%- if model.leaky %}
<p class="warning" role="note"><strong>LEAKY.</strong> {{ model.label }} was validated on a split
that
had slices of one patient on both sides ({{ model.split }}).</p>
{%- endif %}
{%- endfor %}

<section aria-labelledby="models"><h2 id="models">Models</h2>
<div class="wide"><table>
<thead><tr><th scope="col">Model</th><th scope="col">sha256</th><th scope="col">Architecture</th>
<th scope="col" class="number">Parameters</th><th scope="col" class="number">Threshold</th>
<th scope="col">Split</th><th scope="col" class="number">Training patients</th>
<th scope="col">Trained</th></tr></thead>
<tbody>
{%- for model in doc.models %}
<tr><th scope="row" class="nowrap">{{ model.label }}
{%- if model.leaky %} <span class="tag">LEAKY</span>{% endif %}
{%- if model.parent %}<br><span class="interval">from {{ model.parent }}</span>{% endif %}</th>
<td><code>{{ model.sha256 }}</code></td><td>{{ model.architecture }}</td>
<td class="number">{{ "{:,}".format(model.parameters) }}</td>
<td class="number">{{ "{:g}".format(model.threshold) }}</td><td>{{ model.split }}</td>
<td class="number">{{ model.training_patients }}</td>
<td class="nowrap">{{ model.trained_on[:10] }}</td></tr>
{%- endfor %}
</tbody></table></div></section>

{%- for model in doc.models %}
{%- for name, part in model.populations.items() %}
{%- set anchor = "m" ~ loop.index0 ~ "-" ~ model.sha256[:8] ~ "-" ~ name %}
<section aria-labelledby="{{ anchor }}">
<h2 id="{{ anchor }}">{{ model.label }}: {% if name == "seen" %}patients it has seen
<span class="tag">LEAKY</span>{% else %}patients it has never seen{% endif %}</h2>
<p class="muted">Split: {{ part.split }}. {{ part.patients }} patients, {{ part.overall.slices }}
annotated slices, {{ part.overall.lesions }} lesions; {{ part.slice_counts.negative }} negative and
{{ part.slice_counts.ignored }} ignored slices. Intervals: 95 %, patients drawn with replacement
{%- if part.overall.intervals["mean_iou"].note %} ({{ part.overall.intervals["mean_iou"].note }})
{%- endif %}.</p>
<ul class="cards">
{%- for figure, title in cards %}
<li><b>{{ part.overall.figures[figure] | number }}</b><span>{{ title }}</span>
<span>{{ part.overall.intervals.get(figure) | interval }}</span></li>
{%- endfor %}
</ul>
<div class="keep"><h3>All figures</h3>
<div class="wide"><table class="figures">
<thead><tr><th scope="col">Figure</th><th scope="col" class="number">{{ model.label }}</th>
{%- for baseline in part.baselines %}<th scope="col" class="number">{{ baseline }}</th>{% endfor %}
</tr></thead><tbody>
{%- for figure in part.overall.figures %}
<tr><th scope="row">{{ figure | words }}</th>{{ figure_cell(part.overall, figure) }}
{%- for baseline in part.baselines.values() %}{{ figure_cell(baseline.overall, figure) }}{% endfor
%}
</tr>
{%- endfor %}
</tbody></table></div></div>
<p class="muted">{{ part.baseline_note }}</p>
{%- for baseline, rows in part.comparisons.items() %}
{{ difference_table("Paired: " ~ baseline ~ " first, " ~ model.label ~ " second.", rows) }}
{%- endfor %}
<h3>Plots</h3>
<div class="plots">
{%- for one in pictures if one.model == model.label and one.population == name and one.kind ==
"plot" %}
{{ picture(one, true) }}
{%- endfor %}
</div>
<div class="keep"><h3>FROC</h3>
<div class="wide"><table><thead><tr><th scope="col">False lesions a scan</th>
{%- for point in part.froc_band %}<th scope="col" class="number">{{
"{:g}".format(point.false_lesions_per_scan) }}</th>
{%- endfor %}</tr></thead><tbody><tr><th scope="row">Lesions found</th>
{%- for point in part.froc_band %}<td class="number">{{ point.sensitivity | number }}<br>
<span class="interval">{{ point | interval }}</span></td>{% endfor %}</tr></tbody>
</table></div></div>
<h3>By group</h3>
{%- for kind, title, first in groups %}
{{ group_table(title, first, part.groups[kind]) }}
{%- endfor %}
{%- if model.thesis_table and name == thesis_place(model) %}
<h3>The thesis's table <span class="tag">LEAKY</span></h3>
<div class="wide"><table><caption>{{ model.thesis_table.note }}</caption>
<thead><tr><th scope="col">Subtype</th><th scope="col" class="number">Slices</th>
<th scope="col" class="number">IoU, entire set</th><th scope="col" class="number">Test slices</th>
<th scope="col" class="number">IoU, test subset</th><th scope="col" class="number">Old IoU</th></tr>
</thead>
<tbody>
{%- for row in model.thesis_table.rows %}
<tr><th scope="row">{{ row.subtype }}</th><td class="number">{{ row.slices }}</td>
<td class="number">{{ row.entire_set | number }}</td><td class="number">{{ row.test_slices }}</td>
<td class="number">{{ row.test_subset | number }}</td>
<td class="number">{{ row.old_iou | number }}</td></tr>
{%- endfor %}
</tbody></table></div>
{%- endif %}
{%- for kind, title in galleries %}
{%- set shown = pictures | selectattr("model", "equalto", model.label)
  | selectattr("population", "equalto", name) | selectattr("kind", "equalto", kind) | list %}
{%- if shown %}
{%- if kind == "panel" %}
<h3>{{ title }}</h3>
{%- for one in shown %}<div class="panel">{{ picture(one, false) }}</div>{% endfor %}
{%- else %}
<div class="keep"><h3>{{ title }}</h3>
<div class="gallery">{% for one in shown %}{{ picture(one, false) }}{% endfor %}</div></div>
{%- endif %}
{%- endif %}
{%- endfor %}
</section>
{%- endfor %}
{%- endfor %}

{%- if doc.comparisons %}
<section aria-labelledby="comparisons"><h2 id="comparisons">Models against each other</h2>
{%- for one in doc.comparisons %}
<h3>{{ one.first }} and {{ one.second }}</h3>
<p class="muted">{{ one.patients }} patients,
{% if one.population == "unseen" %}none of them seen by either model.{% else %}all judged ones:
nobody is unseen by both, so this is LEAKY.{% endif %}</p>
{{ difference_table(one.first ~ " first, " ~ one.second ~ " second.", one.figures) }}
{%- endfor %}</section>
{%- endif %}

<section aria-labelledby="left-out"><h2 id="left-out">What is not in the figures</h2>
{%- for title, rows in left_out %}
{%- if rows %}
<h3>{{ title }}: {{ rows | length }}</h3>
<div class="wide"><table><thead><tr><th scope="col">Patient</th><th scope="col">Series</th>
<th scope="col">Reason</th></tr></thead><tbody>
{%- for row in rows[:most] %}
<tr><td>{{ row.patient_id }}</td><td><code>{{ row.series_key }}</code>
{%- if row.sop_instance_uid %}<br><code>{{ row.sop_instance_uid }}</code>{% endif %}</td>
<td>{{ row.reason }}</td></tr>
{%- endfor %}
</tbody></table></div>
{%- if rows | length > most %}<p class="muted">… and {{ rows | length - most }} more in
report.json.</p>{% endif %}
{%- else %}
<p>{{ title }}: none.</p>
{%- endif %}
{%- endfor %}
<p>Files that are no DICOM image: {{ doc.images.skipped_files }}. Annotation files read:
{{ doc.images.annotation_files }}, with a slice here: {{ doc.images.annotation_files_matched }}.</p>
</section>

<section aria-labelledby="rules"><h2 id="rules">How it was measured</h2>
<dl>
{%- for name, text in doc.rules.items() %}
<dt><strong>{{ name | words }}</strong></dt><dd>{{ text }}</dd>
{%- endfor %}
</dl>
<p>Every figure also lies beside this page: slices.csv, lesions.csv, patients.csv, subtypes.csv,
report.json and report.xlsx; every picture as PNG and SVG in the folder pictures.</p>
</section>

<section class="keep" aria-labelledby="run"><h2 id="run">This run</h2>
<table><tbody>
{%- for name, title in run_fields %}
<tr><th scope="row">{{ title }}</th><td data-run="{{ name }}">{{ doc.run[name] | told }}</td></tr>
{%- endfor %}
<tr><th scope="row">Software</th><td>ctbox {{ doc.software.version }}</td></tr>
</tbody></table></section>
</main>
<footer><p>{{ doc.notice }}</p></footer>
</body>
</html>
"""
