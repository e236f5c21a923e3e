// What pages need beyond htmx: copying, sheets, toasts and charts. Pages work without it too.
(() => {
  "use strict";

  const removeAfter = (element, milliseconds) =>
    window.setTimeout(() => element.remove(), milliseconds);

  const copyText = async (text) => {
    if (navigator.clipboard && window.isSecureContext) {
      await navigator.clipboard.writeText(text);
      return;
    }
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "off-screen";
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  };

  const showCopied = (button) => {
    const before = button.textContent;
    button.textContent = button.dataset.copied;
    window.setTimeout(() => {
      button.textContent = before;
    }, 1500);
  };

  document.addEventListener("click", (event) => {
    const copy = event.target.closest("[data-copy]");
    if (copy) {
      const source = document.getElementById(copy.dataset.copy);
      copyText(source.textContent.trim()).then(() => showCopied(copy));
    }
    if (event.target.closest("[data-close-sheet]") && document.getElementById("sheet")) {
      event.preventDefault();
      document.getElementById("sheet").replaceChildren();
    }
  });

  document.addEventListener("keydown", (event) => {
    const sheet = document.getElementById("sheet");
    if (event.key === "Escape" && sheet) sheet.replaceChildren();
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
  });

  const colourOf = (name, otherwise) =>
    getComputedStyle(document.body).getPropertyValue(name).trim() || otherwise;

  const inFull = (value) => value.toLocaleString(undefined, { maximumFractionDigits: 0 });

  const lines = (told) => ({
    color: [colourOf("--tblr-primary", "#066fd1"), "#94a3b8", "#d9730d", "#2f9e63", "#9c4dcc", "#c2416b"],
    grid: { left: 8, right: 12, top: 28, bottom: 8, containLabel: true },
    legend: { top: 0, right: 0, itemHeight: 8 },
    tooltip: { trigger: "axis", renderMode: "richText" },
    xAxis: { type: "category", data: told.days, boundaryGap: false },
    yAxis: { type: "value", axisLabel: { formatter: (value) => value.toLocaleString() } },
    series: told.series.map((line) => ({
      type: "line",
      name: line.name,
      data: line.values,
      showSymbol: false,
      smooth: false,
      areaStyle: line.filled ? { opacity: 0.08 } : undefined,
    })),
  });

  // Bars that begin where the one before ended, from top to bottom.
  const waterfall = (told) => {
    const colours = {
      total: "#64748b",
      rise: colourOf("--rise", "#1e8e3e"),
      fall: colourOf("--fall", "#c62f26"),
    };
    const stacked = (data, more) => ({ type: "bar", stack: "all", barMaxWidth: 22, data, ...more });
    const shown = (part) => (bar) => ({ value: bar[part], itemStyle: { color: colours[bar.kind] } });
    const label = (bar) => (bar.kind === "rise" ? "+" : "") + inFull(bar.told);
    const widest = Math.max(...told.bars.map((bar) => Math.abs(bar.hidden) + bar.above - bar.below));
    return {
      grid: { left: 8, right: 88, top: 8, bottom: 8, containLabel: true },
      xAxis: { type: "value", show: false, max: widest, min: (range) => Math.min(range.min, 0) },
      yAxis: {
        type: "category",
        inverse: true,
        data: told.bars.map((bar) => bar.name),
        axisTick: { show: false },
        axisLine: { show: false },
      },
      series: [
        stacked(told.bars.map((bar) => bar.hidden), { itemStyle: { color: "transparent" }, silent: true }),
        stacked(told.bars.map(shown("below"))),
        stacked(told.bars.map(shown("above")), {
          label: {
            show: true,
            position: "right",
            formatter: (point) => label(told.bars[point.dataIndex]),
          },
        }),
      ],
    };
  };

  const drawChart = (box) => {
    if (!window.echarts || box.dataset.drawn) return;
    const told = JSON.parse(document.getElementById(box.dataset.chart).textContent);
    const chart = window.echarts.init(box, null, { renderer: "canvas" });
    box.dataset.drawn = "1";
    const drawn = told.kind === "waterfall" ? waterfall(told) : lines(told);
    chart.setOption({ aria: { enabled: true }, animation: false, ...drawn });
    window.addEventListener("resize", () => chart.resize());
  };

  const prepare = () => {
    document.querySelectorAll("[data-chart]").forEach(drawChart);
    document.querySelectorAll("[data-toast]").forEach((toast) => removeAfter(toast, 6000));
    const first = document.querySelector("#sheet [autofocus], #sheet button, #sheet input");
    if (first) first.focus();
  };

  document.addEventListener("DOMContentLoaded", prepare);
  document.addEventListener("htmx:after:swap", prepare);
})();
