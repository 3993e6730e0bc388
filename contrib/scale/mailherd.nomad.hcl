# mailherd for many accounts on Nomad: a group of one for each cell, with the volume that belongs to it. docs/scale.md says what a cell is.
#
#   contrib/scale/cells accounts common.toml 3 cells      # state_dir = "/state" in common.toml
#   nomad volume create state-0.hcl                       # and so on, access_mode = "single-node-writer"
#   nomad job run -var cell=0 mailherd.nomad.hcl          # and so on
variable "cell" {
  type = number
}

job "mailherd" {
  id   = "mailherd-${var.cell}"
  type = "service"

  group "cell" {
    count = 1

    volume "state" {
      type            = "csi"
      source          = "mailherd-${var.cell}"
      access_mode     = "single-node-writer"
      attachment_mode = "file-system"
    }

    restart {
      attempts = 10
      interval = "10m"
      delay    = "15s"
      mode     = "delay"
    }

    task "mailherd" {
      driver       = "docker"
      kill_timeout = "15s"

      config {
        image   = "registry.example/mailherd:0.1.0"
        command = "mailherd"
        args    = ["--config", "/secrets/cell.toml", "daemon", "--log-format", "json"]
      }

      volume_mount {
        volume      = "state"
        destination = "/state"
      }

      # The cell's configuration and its accounts' passwords come from Nomad's variables; a changed one is read without a restart.
      template {
        data        = "{{ with nomadVar \"nomad/jobs/mailherd\" }}{{ index . (printf \"cell%s\" (env \"NOMAD_META_cell\")) }}{{ end }}"
        destination = "secrets/cell.toml"
        change_mode = "signal"
        change_signal = "SIGHUP"
        perms       = "600"
      }

      meta {
        cell = "${var.cell}"
      }

      resources {
        cpu        = 100
        memory     = 96
        memory_max = 512
      }
    }
  }
}
