import Base
import Testing

@testable import DaemonKit

/// The text form of Prometheus, version 0.0.4.
struct MetricsTests {
    @Test func familiesComeByNameWithTheirHelp() {
        let metrics = Metrics()
        let requests = metrics.counter("z_requests_total", "Requests \\ and\nmore.", ["kind": "a"])
        let others = metrics.counter("z_requests_total", "Requests.", ["kind": "b\"\\\n"])
        let open = metrics.gauge("a_open", "Open \"things\".")
        metrics.gauges("m_ratio", "A ratio.") { samples in
            samples.add(0.5, ["b": "2", "a": "1"])
            samples.add(3.0)
            samples.add(Double.nan)
        }
        requests.add()
        requests.add(41)
        others.add(7)
        open.set(5)
        open.add(-2)
        let text = ByteBuffer()
        metrics.write(to: text)
        #expect(
            text.bytes.makeString() == """
                # HELP a_open Open "things".
                # TYPE a_open gauge
                a_open 3
                # HELP m_ratio A ratio.
                # TYPE m_ratio gauge
                m_ratio{a="1",b="2"} 0.5
                m_ratio 3
                m_ratio NaN
                # HELP z_requests_total Requests \\\\ and\\nmore.
                # TYPE z_requests_total counter
                z_requests_total{kind="a"} 42
                z_requests_total{kind="b\\"\\\\\\n"} 7

                """)
        #expect(metrics.declarations.map(\.name) == ["a_open", "m_ratio", "z_requests_total"])
    }
}
