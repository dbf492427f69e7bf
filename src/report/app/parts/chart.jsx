// A place for a chart of ECharts: drawn anew when its option changes, as wide as there is room.
import {useEffect, useRef} from 'preact/hooks';
import {fileName, saveUrl} from './download.js';
import {useColours} from './theme.js';

/// `option(colours, width)` gives ECharts' option. `onChart` gets the chart once.
export function Chart({option, height, label, onChart, children, describedBy, ...more}) {
  const box = useRef(null),
    chart = useRef(null);
  const colours = useColours();
  const latest = useRef(null);
  latest.current = () => chart.current.setOption(option(colours, box.current.clientWidth), true);
  useEffect(() => {
    chart.current = echarts.init(box.current, null, {renderer: 'canvas'});
    onChart?.(chart.current);
    const watcher = new ResizeObserver(() => {
      if (!box.current?.clientWidth) return;
      chart.current.resize();
      latest.current();
    });
    watcher.observe(box.current);
    return () => {
      watcher.disconnect();
      chart.current.dispose();
      onChart?.(null);
    };
  }, []);
  useEffect(() => latest.current(), [option, colours]);
  useEffect(() => chart.current.resize(), [height]);
  return (
    <div class="chart" {...more}>
      <div ref={box} style={{height: `${height}px`}} role="img" aria-label={label} aria-describedby={describedBy}></div>
      {children}
    </div>
  );
}

export function savePicture(chart, name, colours) {
  if (chart) saveUrl(chart.getDataURL({pixelRatio: 2, backgroundColor: colours.surface}), fileName(name) + '.png');
}

/// What axes of all charts have in common.
export function axisStyle(colours) {
  return {
    nameTextStyle: {color: colours.soft},
    axisLabel: {color: colours.soft},
    axisLine: {lineStyle: {color: colours.line}},
    axisTick: {lineStyle: {color: colours.line}},
    splitLine: {lineStyle: {color: colours.line, opacity: 0.6}},
  };
}
