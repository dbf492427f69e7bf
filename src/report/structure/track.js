// pLDDT or B factors along the chains, as bars.
function makeTrack(box, on) {
  const chart = echarts.init(box, null, {renderer: 'canvas'});
  let model = null, residues = [], places = new Map();

  function borders() {
    const out = [];
    residues.forEach((r, i) => {
      if (i > 0 && model.chain[r] !== model.chain[residues[i - 1]]) out.push({xAxis: i - 0.5});
    });
    return out;
  }

  function axis() {
    return {
      type: 'value',
      min: -0.5,
      max: residues.length - 0.5,
      minInterval: 1,
      splitLine: {show: false},
      axisLabel: {formatter: at => placeLabel(model, residues[at]), hideOverlap: true}
    };
  }

  function paint(scheme) {
    const shown = model.measure === 'none' ? 'chain' : scheme === 'plddt' || scheme === 'b' ? model.measure : scheme;
    const line = {type: 'solid', color: '#444', width: 1};
    chart.setOption(
        {
          animation: false,
          grid: {left: 48, right: 12, top: 10, bottom: 44},
          xAxis: axis(),
          yAxis: {
            type: 'value',
            name: model.measure === 'plddt' ? 'pLDDT' : 'B factor, Å²',
            nameLocation: 'middle',
            nameGap: 34,
            axisLine: {show: true, onZero: false},
            min: model.measure === 'plddt' ? 0 : undefined,
            max: model.measure === 'plddt' ? 100 : undefined
          },
          dataZoom: [{type: 'inside', filterMode: 'none'}],
          series: [
            {
              type: 'custom',
              encode: {x: 0, y: 1},
              clip: true,
              progressive: 0,
              data: residues.map((r, i) => [i, model.value[r]]),
              markLine: {silent: true, symbol: 'none', label: {show: false}, lineStyle: line, data: borders()},
              renderItem: (params, api) => bar(params, api, residueColour(model, shown, residues[params.dataIndex]))
            },
            {id: 'cursor', type: 'line', data: [], markLine: {data: []}}
          ]
        },
        true);
  }

  // Adjoining bars: a pixel is never left empty between two of them.
  function bar(params, api, fill) {
    const [left, top] = api.coord([api.value(0) - 0.5, api.value(1)]);
    const [right, bottom] = api.coord([api.value(0) + 0.5, 0]);
    const shape = {x: left, y: Math.min(top, bottom), width: Math.max(right - left + 0.3, 1), height: Math.abs(bottom - top)};
    return {type: 'rect', shape, style: {fill}};
  }

  function show(next) {
    model = next;
    residues = [];
    for (let r = 0; r < model.name.length; ++r)
      if (model.value[r] !== null) residues.push(r);
    places = new Map(residues.map((r, i) => [r, i]));
    chart.resize();
  }

  function mark(marked) {
    const data = marked.filter(r => places.has(r)).map(r => ({xAxis: places.get(r)}));
    const style = {color: '#D62778', width: 2, type: 'solid'};
    chart.setOption(
        {series: [{id: 'cursor', markLine: {silent: true, symbol: 'none', label: {show: false}, lineStyle: style, data}}]});
  }

  function residueAt(event) {
    if (!chart.containPixel('grid', [event.offsetX, event.offsetY])) return -1;
    const at = Math.round(chart.convertFromPixel({xAxisIndex: 0}, event.offsetX));
    return at >= 0 && at < residues.length ? residues[at] : -1;
  }
  chart.getZr().on('mousemove', event => on.hover(residueAt(event)));
  chart.getZr().on('globalout', () => on.hover(-1));
  chart.getZr().on('click', event => {
    if (residueAt(event) >= 0) on.click(residueAt(event), event.event.shiftKey || event.event.ctrlKey);
  });
  window.addEventListener('resize', () => chart.resize());
  return {show, paint, mark, chart};
}

// "48" in a model of one chain, else "A 48".
function placeLabel(model, r) {
  if (r === undefined) return '';
  const several = model.chains.length > 1;
  return (several ? shortName(model.chains[model.chain[r]]) + ' ' : '') + model.label[r];
}
