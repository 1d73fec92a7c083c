/** A document with every field of DESIGN §5.2, comments, and fields that nobody knows. */
export const SAMPLE = `// What this team does, week in, week out.
{
  "version": 1,
  "owner": "team shop", // not ours: kept
  "personas": [
    {
      "name": "Month end",
      "weight": 0.4,
      "confidence": 0.8,
      "updated_at": "2026-05-04T09:00:00.000Z",
      "attributes": {
        "skill_level": "expert",
        "use_case": "reports",
        "performance_sensitivity": "high",
        "security_posture": "careful",
        "evidence": { "skill_level": "40 sessions", "use_case": "said", "performance_sensitivity": "said", "security_posture": "said" }
      },
      "resources": [
        {
          "id": "compose:shop/db",
          "kind": "database",
          "provider": "compose",
          "spec": { "image": "postgres:17" },
          "requirements": {
            "cpu_cores": [{ "value": 2, "probability": 1 }],
            /* measured in May */
            "memory_gb": [{ "value": 16, "probability": 0.8 }, { "value": 32, "probability": 0.2 }],
            "storage_gb": [{ "value": 20, "probability": 1 }],
            "network_bandwidth_mbps": [{ "value": 10, "probability": 1 }]
          },
          "duration_ms": [{ "value": 60000, "probability": 0.5 }, { "value": 600000, "probability": 0.5 }],
          "sla": { "priority": "high", "latency_target_ms": 2000 },
          "traffic": {
            "requests_per_second": [{ "value": 0, "probability": 0.5 }, { "value": 2, "probability": 0.5 }],
            "error_rate": 0.02,
            "peak_times": ["Mon-Fri 09:00-12:00"],
            "data_age": "P800D",
            "name": "compose:shop/db",
            "interaction_type": "query",
            "requests": 1200,
            "confidence": 0.9,
            "latency_ms": [{ "value": 12, "probability": 1 }],
            "error_rate_by_window": [{ "value": 0.02, "probability": 1 }],
            "peaks": [{ "time": "Mon-Fri 09:00-12:00", "share": 0.5, "times_usual": 3.4 }],
            "busiest": { "at": "2024-05-06T09:00:00.000Z", "requests_per_second": 2 },
            "window_seconds": 60,
            "measured_from": "2024-05-04T09:00:00.000Z",
            "measured_until": "2024-05-08T17:00:00.000Z",
            "resources": [{ "id": "compose:shop/db", "requests": 1200 }],
            "seen_by": "the proxy" // not ours: kept
          }
        },
        { "id": "compose:shop/cache", "kind": "cache", "since": 2024 }
      ],
      "edges": [
        { "from": "session", "to": "compose:shop/db", "probability": 0.9, "lag_ms": { "p50": 30000, "p90": 120000 } },
        { "from": "session", "to": "compose:shop/cache", "probability": 0.3, "lag_ms": { "p50": 30000, "p90": 120000 } },
        { "from": "compose:shop/db", "to": "compose:shop/cache", "probability": 0.3, "lag_ms": { "p50": 1000, "p90": 5000 } },
        { "from": "compose:shop/cache", "to": "compose:shop/db", "probability": 0.3, "lag_ms": { "p50": 1000, "p90": 5000 } },
        { "from": "command:npm test", "to": "compose:shop/db", "probability": 1, "lag_ms": { "p50": 10, "p90": 50 } }
      ],
      "provisioning_order": ["compose:shop/db", "compose:shop/cache"],
      "recurrence": { "per_week": 5 },
      "engagement_patterns": [
        {
          "name": "evening orders",
          "time_window": "PT1H",
          "interaction_type": "transaction",
          "expected_volume": 1200,
          "latency_target_ms": 300
        },
        { "name": "search", "time_window": "P1DT12H", "interaction_type": "search", "expected_volume": 90, "latency_target_ms": 800 }
      ],
      "resource_profiles": [
        { "pattern_name": "evening orders", "cpu_cores": 4, "memory_gb": 8, "disk_io_ops": 2000, "network_bandwidth_mbps": 100 }
      ],
      "traffic": {
        "requests_per_second": 20,
        "request_size_bytes": [{ "value": 512, "probability": 0.5 }, { "value": 4096, "probability": 0.5 }],
        "transfer_rate_bps": 8000000,
        "error_rate": 0.01,
        "peak_times": ["Mon-Fri 09:00-11:30", "20:00-24:00"],
        "data_age": "P7D"
      },
      "pins": [
        { "field": "name", "value": "Month end" },
        { "field": "probability", "resource": "compose:shop/db", "value": 1 }, // always
      ]
    },
    {
      "name": "Browser checks",
      "weight": 0.3,
      "edges": []
    }
  ]
}
`;
