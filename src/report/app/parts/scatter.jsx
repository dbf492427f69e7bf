// Points with names in the plane.
import {useCallback, useRef} from 'preact/hooks';
import {shortName} from '../sequences.js';
import {axisStyle, Chart, savePicture} from './chart.jsx';
import {useColours} from './theme.js';

/// `points`: [{name, x, y, note}]; `chosen` is an index, or -1.
export function Scatter({points, xName, yName, title, label, chosen = -1, onPoint}) {
  const colours = useColours(),
    chart = useRef(null);
  const option = useCallback(
    (ink, width) => ({
      animation: false,
      grid: {left: 64, right: 26, top: 18, bottom: 48},
      xAxis: {...axisStyle(ink), type: 'value', scale: true, name: xName, nameLocation: 'middle', nameGap: 30},
      yAxis: {...axisStyle(ink), type: 'value', scale: true, name: yName, nameLocation: 'middle', nameGap: 46},
      tooltip: {
        renderMode: 'richText',
        confine: true,
        formatter: one => `${points[one.dataIndex].name}\n${points[one.dataIndex].note ?? ''}`,
      },
      series: [
        {
          type: 'scatter',
          symbolSize: points.length > 300 ? 7 : 11,
          itemStyle: {color: ink.point, opacity: 0.85, borderColor: ink.surface, borderWidth: 1},
          label: {
            show: points.length <= 40 && width > 300,
            position: 'right',
            color: ink.text,
            fontSize: 11,
            width: 130,
            overflow: 'truncate',
            formatter: one => shortName(points[one.dataIndex].name),
          },
          labelLayout: {hideOverlap: true},
          data: points.map((point, i) =>
            i === chosen
              ? {value: [point.x, point.y], symbolSize: 18, itemStyle: {color: ink.mark}, label: {show: true}}
              : [point.x, point.y],
          ),
        },
      ],
    }),
    [points, chosen, xName, yName],
  );
  const onChart = made => {
    chart.current = made;
    made?.on('click', one => onPoint?.(one.dataIndex));
  };
  return (
    <figure>
      <div class="bar">
        <button type="button" onClick={() => savePicture(chart.current, title, colours)}>
          Save PNG
        </button>
      </div>
      <Chart option={option} height={420} label={label} onChart={onChart} />
    </figure>
  );
}
